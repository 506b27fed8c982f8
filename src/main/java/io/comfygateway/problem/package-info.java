/** The errors of the API: problem details (RFC 9457), each kind defined once. */
@NullMarked
package io.comfygateway.problem;

import org.jspecify.annotations.NullMarked;
