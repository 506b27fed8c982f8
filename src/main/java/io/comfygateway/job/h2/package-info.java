/**
 * H2, so that a commit has reached the disk when it returns. The internals of H2 that this needs,
 * and no others: {@code MVStore}, {@code Store}, {@code Database}, {@code SessionLocal} and {@code
 * JdbcConnection} in {@link EmbeddedDatabase}; {@code FilePath}, {@code FilePathWrapper} and {@code
 * FileBaseDefault} in {@link DurableFiles}. The way in is {@link EmbeddedDatabase}.
 */
package io.comfygateway.job.h2;
