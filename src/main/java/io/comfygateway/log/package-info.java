/** The format of the log, and the filter of repeated failures. It knows no other package. */
@NullMarked
package io.comfygateway.log;

import org.jspecify.annotations.NullMarked;
