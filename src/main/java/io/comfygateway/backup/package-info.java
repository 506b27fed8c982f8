/**
 * Backups of a gateway with H2, and the migration to PostgreSQL. The ways in are {@link
 * BackupWriter}, {@link BackupReader} and {@link DatabaseMove}.
 */
package io.comfygateway.backup;
