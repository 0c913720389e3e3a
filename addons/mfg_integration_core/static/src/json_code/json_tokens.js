/** @odoo-module **/

const TOKEN =
    /"(?:\\.|[^"\\])*"(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Longer texts are shown in one colour: a page of spans would freeze the screen. */
const LONGEST_COLOURED = 100000;

function tokenKind(text, isKey) {
    if (isKey) {
        return "key";
    }
    if (text.startsWith('"')) {
        return "string";
    }
    return /^[tfn]/.test(text) ? "word" : "number";
}

/**
 * Split formatted JSON into pieces that carry a colour.
 *
 * @param {string} text
 * @returns {{text: string, kind: "key"|"string"|"number"|"word"|"plain"}[]} joined, the
 *  pieces are exactly the text
 */
export function jsonTokens(text) {
    if (text.length > LONGEST_COLOURED) {
        return [{text, kind: "plain"}];
    }
    const tokens = [];
    let end = 0;
    for (const match of text.matchAll(TOKEN)) {
        if (match.index > end) {
            tokens.push({text: text.slice(end, match.index), kind: "plain"});
        }
        tokens.push({text: match[0], kind: tokenKind(match[0], match[1])});
        end = match.index + match[0].length;
    }
    if (end < text.length) {
        tokens.push({text: text.slice(end), kind: "plain"});
    }
    return tokens;
}

/**
 * The text indented when it is JSON, else nothing.
 *
 * @param {string} text
 * @returns {string|null}
 */
export function indentedJson(text) {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        // Not JSON: the caller shows the text as it came.
        return null;
    }
}
