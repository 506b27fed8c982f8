/**
 * H2 whose commits are on disk when they return. The only internals of H2 that it uses: {@code
 * MVStore}, {@code Store}, {@code Database}, {@code SessionLocal} and {@code JdbcConnection} in
 * {@link EmbeddedDatabase}; {@code FilePath}, {@code FilePathWrapper} and {@code FileBaseDefault}
 * in {@link DurableFiles}. The way in is {@link EmbeddedDatabase}.
 */
@NullMarked
package io.comfygateway.database.h2;

import org.jspecify.annotations.NullMarked;
