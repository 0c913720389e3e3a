-- A neutralized copy speaks to nobody. The seal is replaced, not removed: a database
-- without one is armed by the first connector that goes live.
INSERT INTO ir_config_parameter (key, value)
VALUES ('mfg_integration.armed', 'neutralized')
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- Nor does it handle anything before a person resumes its connectors.
UPDATE mfg_connector SET state = 'paused' WHERE state = 'live';
