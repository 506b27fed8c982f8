package io.comfygateway.webhook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the headers that prove where a callback comes from and when it was sent (Standard
 * Webhooks). With several secrets there is one signature each, so that a receiver that knows either
 * the old or the new one can verify it.
 */
public final class WebhookSigner {
  private static final String HMAC = "HmacSHA256";

  private final List<WebhookSecret> secrets;
  private final InstantSource clock;

  /**
   * @param secrets at least one; the first is the newest
   */
  public WebhookSigner(List<WebhookSecret> secrets, InstantSource clock) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("A callback needs at least one secret to sign with");
    }
    this.secrets = List.copyOf(secrets);
    this.clock = clock;
  }

  /**
   * The headers {@code webhook-id}, {@code webhook-timestamp} and {@code webhook-signature}.
   *
   * @param id of the event, the same on every try
   * @param body as it is sent, in UTF-8
   */
  public Map<String, String> headers(String id, String body) {
    try {
      return headers(id, new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot be read", e);
    }
  }

  /**
   * The same for a body that is a file. It is read once, in small pieces, and not closed.
   *
   * @throws IOException where the body cannot be read
   */
  public Map<String, String> headers(String id, InputStream body) throws IOException {
    long seconds = clock.instant().getEpochSecond();
    byte[] start = (id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8);
    List<Mac> macs = secrets.stream().map(secret -> mac(secret, start)).toList();
    byte[] buffer = new byte[8192];
    for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
      for (Mac mac : macs) {
        mac.update(buffer, 0, read);
      }
    }
    String signatures =
        macs.stream()
            .map(mac -> "v1," + Base64.getEncoder().encodeToString(mac.doFinal()))
            .collect(Collectors.joining(" "));
    return headers(id, seconds, signatures);
  }

  private static Mac mac(WebhookSecret secret, byte[] start) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.key(), HMAC));
      mac.update(start);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no " + HMAC, e);
    }
  }

  private static Map<String, String> headers(String id, long seconds, String signatures) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", Long.toString(seconds));
    headers.put("webhook-signature", signatures);
    return headers;
  }
}
