from . import edge_ingest
