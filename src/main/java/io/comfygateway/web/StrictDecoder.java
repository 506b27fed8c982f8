package io.comfygateway.web;

import io.netty.handler.codec.http.HttpMessage;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;

/**
 * Reads requests, and takes one that says the length of its body in two ways for none. Netty would
 * go by the chunks and let go of the other, so that nobody after it could see that it was there.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
  /** The name of the decoder that it takes the place of. */
  static final String NAME = "httpDecoder";

  StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
  }
}
