package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads from a request what decides whether its sender may send it. */
final class RequestInfos {
  private RequestInfos() {}

  static RequestInfo of(RoutingContext request) {
    HttpServerRequest http = request.request();
    Map<String, List<String>> headers = new HashMap<>();
    http.headers().names().forEach(name -> headers.put(name, http.headers().getAll(name)));
    return new RequestInfo(
        http.method().name(),
        http.path(),
        headers,
        peer(http.connection().remoteAddress()),
        ClientUrls.of(request));
  }

  private static InetAddress peer(SocketAddress address) {
    try {
      return InetAddress.getByName(address.hostAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the other end of a connection has an address", e);
    }
  }
}
