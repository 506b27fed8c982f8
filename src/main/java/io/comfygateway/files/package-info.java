/**
 * The files of jobs: in a folder or in a bucket, whether anything can be stored there, and the
 * files that a job brings and needs while it is in work. The ways in are {@link JobFiles} and
 * {@link io.comfygateway.job.StoreState}.
 */
@NullMarked
package io.comfygateway.files;

import org.jspecify.annotations.NullMarked;
