/**
 * Reads certificates and private keys in PEM for the port and for connections to ComfyUI. The way
 * in is {@link Pem}. It knows no other package.
 */
package io.comfygateway.tls;
