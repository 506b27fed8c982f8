/** The format of the log, and the filter of repeated failures. It knows no other package. */
package io.comfygateway.log;
