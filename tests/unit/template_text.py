"""A small vendor template that the tests change in one place each."""

TEMPLATE = """
template: acme
name: Acme CMMS
version: 1
auth: {scheme: bearer}
limits: {connect_s: 2, read_s: 10}
check: {method: GET, path: /api/ping}
operations:
  create_order:
    event_type: mfg.maintenance.requested.v1
    method: POST
    path: /api/assets/{data.asset}/orders
    headers: {Idempotency-Key: id, X-Kind: =corrective, X-Note: data.note}
    body:
      summary: data.title
      priority: "map('priority', data.priority)"
      external_ref: id
    answer: {reference: order.no}
    lookup: {method: GET, path: "/api/orders?ref={id}", reference: "[0].no"}
  close_order:
    event_type: mfg.maintenance.closed.v1
    method: PUT
    path: /api/orders/{data.reference}/close
value_maps:
  priority: {low: P4, urgent: P1}
  status: {ON: running, NO: stopped, 5: done}
webhooks:
  signature:
    header: X-Acme-Signature
    layout: "t={timestamp},v1={signature}"
    signed: "{timestamp}.{body}"
  id: "join('-', [wo, to_string(version)])"
  key: wo
  time: parse_date(changed_at, 'epoch_ms')
  events:
    - when: event == 'changed'
      event_type: mfg.maintenance.reported.v1
      data:
        work_order: wo
        state: "map('status', status)"
        note: note
"""

ENVELOPE = {
    "id": "m-1",
    "type": "mfg.maintenance.requested.v1",
    "data": {"title": "Öl", "asset": "R1/left ü", "priority": "urgent"},
}
CONNECTOR = {
    "base_url": "https://cmms.example.com/v1/",
    "username": "odoo",
    "secret": "s3cret",
}
