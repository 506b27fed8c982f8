/** The job, its states and its store. */
package io.comfygateway.job;
