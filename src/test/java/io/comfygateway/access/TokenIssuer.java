package io.comfygateway.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Who gives tokens out: it signs them, and a server tells its keys as a JWK set. */
public final class TokenIssuer implements AutoCloseable {
  private final AtomicReference<String> set = new AtomicReference<>("");
  private final AtomicInteger fetched = new AtomicInteger();
  private final HttpServer server;

  /** Starts the server; until it has keys, it sends elsewhere. */
  public TokenIssuer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          fetched.incrementAndGet();
          byte[] body = set.get().getBytes(StandardCharsets.UTF_8);
          boolean moved = set.get().isEmpty();
          exchange.getResponseHeaders().add("Location", url() + "elsewhere");
          exchange.sendResponseHeaders(moved ? 302 : 200, moved ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  /** Tells these keys from now on. */
  public void has(JWK... keys) {
    set.set(new JWKSet(List.of(keys)).toString(true));
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** How often the keys were asked for. */
  public int fetched() {
    return fetched.get();
  }

  /**
   * A signed token.
   *
   * @param id what the token calls its key; may be null
   */
  public static String signed(
      JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims, String id)
      throws JOSEException {
    SignedJWT token = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(id).build(), claims);
    token.sign(signer);
    return token.serialize();
  }

  /** A public key as a file of it is. */
  public static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
