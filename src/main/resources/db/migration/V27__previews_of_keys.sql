-- Whether the WebSockets of a key get the pictures of prompts that still run.
ALTER TABLE api_key ADD COLUMN previews BOOLEAN DEFAULT TRUE NOT NULL;
