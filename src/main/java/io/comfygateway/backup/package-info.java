/**
 * Backups of a gateway with H2, and the migration to PostgreSQL. The ways in are {@link
 * BackupWriter}, {@link BackupReader} and {@link DatabaseMove}. It knows tables and files, and not
 * what they mean.
 */
@NullMarked
package io.comfygateway.backup;

import org.jspecify.annotations.NullMarked;
