/** Backups of a gateway with H2, and its move to PostgreSQL. */
package io.comfygateway.backup;
