/**
 * Reads certificates and private keys in PEM for the port and for connections to ComfyUI. The way
 * in is {@link Pem}. It knows no other package.
 */
@NullMarked
package io.comfygateway.tls;

import org.jspecify.annotations.NullMarked;
