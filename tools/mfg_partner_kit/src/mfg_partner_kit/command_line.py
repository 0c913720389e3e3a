"""``python -m mfg_partner_kit <url> --contract <type>``"""

import argparse
import os
import random
import sys
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

from . import __version__, contract_source, plan, report_file, report_text, signature
from .case import Case
from .cases_hub import DOOR
from .errors import KitError
from .events import Events, moment
from .line import Line
from .manners import Limits
from .report import Report
from .trial import Trial

CLEAN, FOUND, COULD_NOT_RUN = 0, 1, 2
SECRET_VARIABLE = "MFG_PARTNER_KIT_SECRET"


def main(argv: Sequence[str]) -> int:
    """Run and report; 0 no finding, 1 findings, 2 it could not run."""
    options = _parse(argv)
    try:
        return _run(options)
    except KitError as error:
        print(f"could not run: {error.message}", file=sys.stderr)
        print(f"to do: {error.remedy}", file=sys.stderr)
        return COULD_NOT_RUN


def run() -> None:
    """The installed command."""
    sys.exit(main(sys.argv[1:]))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="mfg_partner_kit",
        description="Tries an endpoint with the cases of a contract: good, bad, late,"
        " repeated and re-ordered events, signed as Standard Webhooks says.",
        epilog="Status: 0 nothing found, 1 findings, 2 could not run. Use a test"
        " system: good events are real to whoever takes them.",
    )
    add = parser.add_argument
    add("url", help="the endpoint; with --play partner a door of the hub")
    add("--contract", required=True, metavar="TYPE", help="mfg.ping.v1, for example")
    add(
        "--contracts",
        metavar="FOLDER|URL",
        help="where contracts are; with --play partner the hub itself unless given",
    )
    add(
        "--secret",
        default=os.environ.get(SECRET_VARIABLE),
        help=f"whsec_<base64>, what both sides share; better in ${SECRET_VARIABLE}",
    )
    add("--play", choices=["partner"], help="be the partner, and try our hub's door")
    add("--report", action="append", default=[], metavar="FILE.json|.html|.xml")
    add("--seed", type=int, help="generate the same values again")
    add("--only", action="append", choices=plan.GROUPS, help="cases of this group only")
    add("--slow", type=float, default=5.0, metavar="SECONDS", help="a finding above it")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="gives up then")
    add("--ca-file", metavar="PEM", help="authority of the endpoint's certificate")
    add(
        "--header",
        action="append",
        default=[],
        metavar="NAME:VALUE",
        help="sent with every request, for a gateway in front; in no report",
    )
    add("--version", action="version", version=__version__)
    return parser.parse_args(argv)


def _run(options: argparse.Namespace) -> int:
    headers = dict(map(_header, options.header))
    line = Line(options.url, options.timeout, options.ca_file, headers)
    if options.play:
        _check_door(line)
    secret = _secret(options)
    files = [report_file.check(name) for name in options.report]
    contract = contract_source.find(
        options.contract, _contracts(options), options.ca_file
    )
    seed = random.randrange(10**6) if options.seed is None else options.seed
    started = datetime.now(timezone.utc)
    events = Events(contract, uuid.uuid4().hex[:12], started)
    if options.play:
        cases = plan.for_hub(events, seed, line.path)
    else:
        cases = plan.for_partner(events, seed)
    trial = Trial(line, secret, Limits(options.slow))
    report = Report(
        f"play {options.play}" if options.play else "fire",
        line.shown_url,
        contract.event_type,
        seed,
        events.run,
        moment(started),
        _carried_out(trial, _chosen(cases, options.only)),
    )
    print(report_text.below(report))
    for file in files:
        report_file.write(report, file)
    return FOUND if report.findings else CLEAN


def _carried_out(trial: Trial, cases: Iterable[Case]) -> list:
    """The outcomes, each told as soon as it is known."""
    outcomes = []
    for outcome in trial.run(cases):
        if not outcomes:
            print(report_text.head())
        print(report_text.row(outcome), flush=True)
        outcomes.append(outcome)
    if not outcomes:
        raise KitError(
            "No case is of the groups that --only names.",
            "Leave --only out; some groups are of --play partner alone.",
        )
    return outcomes


def _chosen(cases: Iterable[Case], groups: Sequence[str] | None) -> Iterable[Case]:
    return (case for case in cases if not groups or case.group in groups)


def _secret(options: argparse.Namespace) -> str:
    if not options.secret:
        raise KitError(
            "There is no secret to sign with.",
            f"Give --secret whsec_..., or set {SECRET_VARIABLE}.",
        )
    signature.key_of(options.secret)
    return options.secret


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (colon and name.strip() and text.isascii() and text.isprintable()):
        raise KitError(
            "A header is not NAME:VALUE.", "Write it as 'X-Api-Key: ...', in quotes."
        )
    return name.strip(), value.strip()


def _contracts(options: argparse.Namespace) -> str:
    if options.contracts:
        return options.contracts
    if options.play:
        return options.url
    raise KitError(
        "Nobody said where the contracts are.",
        "Give --contracts a folder with *.schema.json, or the address of a hub.",
    )


def _check_door(line: Line) -> None:
    if not DOOR.fullmatch(line.path):
        raise KitError(
            f"{line.shown_url} is no door of a hub.",
            "Give <hub>/mfg/v1/events/<connector> or"
            " <hub>/mfg/v1/edge/<connector>/events.",
        )
