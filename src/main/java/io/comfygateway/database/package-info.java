/**
 * The database: connections, migrations, statements in files, and when a commit is on disk. The
 * ways in are {@link Database} and {@link SqlFile}. It knows {@code disk} only, and nothing of what
 * the tables hold.
 */
@NullMarked
package io.comfygateway.database;

import org.jspecify.annotations.NullMarked;
