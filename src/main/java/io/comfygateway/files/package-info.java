/**
 * The files of jobs in a folder or a bucket, and those that a job brings along or needs while it
 * runs. The way in is {@link JobFiles}; {@link BucketState} and {@link FreeSpace} tell whether
 * anything can be stored. It knows files by the id of their job, and nothing else of jobs.
 */
@NullMarked
package io.comfygateway.files;

import org.jspecify.annotations.NullMarked;
