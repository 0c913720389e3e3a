/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;

/** A pause is told when it takes this long and this part of the whole time. */
const PAUSE_S = 60;
const PAUSE_PART = 0.1;

const UNITS = [
    {size: 86400, label: "d"},
    {size: 3600, label: "h"},
    {size: 60, label: "min"},
    {size: 1, label: "s"},
];

/**
 * A length of time in its two largest units: "0.42 s", "12 s", "3 min 5 s", "2 h 10 min".
 *
 * @param {number} seconds
 * @returns {string}
 */
export function formatElapsed(seconds) {
    if (seconds < 10) {
        return `${Number(seconds.toFixed(2))} s`;
    }
    let rest = Math.round(seconds);
    const parts = [];
    for (const {size, label} of UNITS) {
        const count = Math.floor(rest / size);
        rest -= count * size;
        if (count || parts.length) {
            parts.push({count, label});
        }
    }
    return parts
        .slice(0, 2)
        .filter(({count}) => count)
        .map(({count, label}) => `${count} ${label}`)
        .join(" ");
}

/**
 * What the timeline draws, top to bottom: a heading per day, the entries, and the
 * long pauses between them.
 *
 * @param {Object[]} entries of the field `mfg.case.timeline`, sorted by `at`
 * @returns {Object[]} rows `{key, type: "day"|"gap"|"entry", ...}`
 */
export function timelineRows(entries) {
    const rows = [];
    const span = entries.length ? entries[entries.length - 1].elapsed_s : 0;
    const remarkable = Math.max(PAUSE_S, span * PAUSE_PART);
    let day = null;
    let previous = null;
    entries.forEach((entry, index) => {
        const moment = DateTime.fromISO(entry.at, {zone: "utc"}).toLocal();
        if (moment.toISODate() !== day) {
            day = moment.toISODate();
            const label = moment.toLocaleString(DateTime.DATE_HUGE);
            rows.push({key: `day-${day}`, type: "day", label});
        } else if (entry.elapsed_s - previous >= remarkable) {
            const pause = formatElapsed(entry.elapsed_s - previous);
            rows.push({key: `gap-${index}`, type: "gap", label: _t("%s later", pause)});
        }
        rows.push({
            key: `entry-${index}`,
            type: "entry",
            entry,
            clock: moment.toFormat("HH:mm:ss"),
            moment: moment.toLocaleString(DateTime.DATETIME_HUGE_WITH_SECONDS),
            elapsed: index ? `+${formatElapsed(entry.elapsed_s)}` : _t("start"),
        });
        previous = entry.elapsed_s;
    });
    return rows;
}
