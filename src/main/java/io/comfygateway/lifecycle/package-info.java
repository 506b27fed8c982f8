/**
 * What becomes of a job: it began, it ended, it gets another chance, it is found again after a
 * crash. The way in is {@link JobOutcomes}.
 */
@NullMarked
package io.comfygateway.lifecycle;

import org.jspecify.annotations.NullMarked;
