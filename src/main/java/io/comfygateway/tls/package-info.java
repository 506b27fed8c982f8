/**
 * Certificates and private keys in PEM, of the port and of the connections to ComfyUI servers. The
 * way in is {@link Pem}. It knows nothing of the rest of the gateway.
 */
package io.comfygateway.tls;
