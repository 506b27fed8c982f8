/**
 * What becomes of a job: it began, it ended, it gets another chance, it is found again after a
 * crash. The way in is {@link JobOutcomes}.
 */
package io.comfygateway.lifecycle;
