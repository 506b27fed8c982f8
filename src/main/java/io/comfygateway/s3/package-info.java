/**
 * Buckets of S3 servers: their clients, uploads in parts, and the objects below one prefix. The
 * ways in are {@link S3Destination} and {@link BucketFolder}. It knows nothing of jobs.
 */
@NullMarked
package io.comfygateway.s3;

import org.jspecify.annotations.NullMarked;
