/**
 * A place for the files of jobs, as those see it that put files there: whether it can be used
 * ({@link StoreState}), and how it fails. It knows no other package; the places themselves are in
 * {@code files} and {@code s3}.
 */
@NullMarked
package io.comfygateway.store;

import org.jspecify.annotations.NullMarked;
