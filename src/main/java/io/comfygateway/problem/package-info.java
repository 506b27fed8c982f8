/**
 * The errors of the API: problem details (RFC 9457), each kind defined once. The ways in are {@link
 * Problem} and {@link ProblemType}. It knows no other package.
 */
@NullMarked
package io.comfygateway.problem;

import org.jspecify.annotations.NullMarked;
