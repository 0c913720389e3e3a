{
    "name": "Manufacturing Integration: No Database",
    "summary": "Tells partners when the host name they call stands for no database",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["base"],
}
