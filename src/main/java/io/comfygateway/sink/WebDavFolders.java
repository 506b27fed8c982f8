package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Makes the folders of a key on a WebDAV server (RFC 4918, section 9.3), since a PUT into a folder
 * that is not there is refused.
 */
public final class WebDavFolders {
  private static final String KEY = "{key}";
  private static final int CONFLICT = 409;

  private final CloseableHttpClient client;

  public WebDavFolders(CloseableHttpClient client) {
    this.client = client;
  }

  /**
   * Makes the missing folders. What the server refuses is left to the PUT that follows, whose
   * status decides about a retry.
   *
   * @param key the key, with each segment percent-encoded
   * @throws IOException if the server does not answer
   */
  public void make(
      @ExchangeProperty("destination") ObjectNode destination,
      @Header("GatewayKeyEncoded") String key,
      @Header("Authorization") @Nullable String authorization)
      throws IOException {
    List<URI> folders = folders(destination.path("url").asText(), key);
    // The innermost first: most often it is there, or its parent is.
    int index = folders.size() - 1;
    while (index >= 0 && request(folders.get(index), destination, authorization) == CONFLICT) {
      index--;
    }
    for (URI folder : folders.subList(Math.max(0, index + 1), folders.size())) {
      request(folder, destination, authorization);
    }
  }

  private static List<URI> folders(String url, String key) {
    String place = url.contains(KEY) ? url : url.replaceAll("/$", "") + "/" + KEY;
    StringBuilder folder = new StringBuilder(place.substring(0, place.indexOf(KEY)));
    List<URI> folders = new ArrayList<>();
    String[] segments = key.split("/");
    for (int index = 0; index < segments.length - 1; index++) {
      folder.append(segments[index]).append('/');
      folders.add(URI.create(folder.toString()));
    }
    return folders;
  }

  private int request(URI folder, ObjectNode destination, @Nullable String authorization)
      throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase("MKCOL", folder);
    destination
        .path("headers")
        .properties()
        .forEach(header -> request.setHeader(header.getKey(), header.getValue().asText()));
    if (authorization != null) {
      request.setHeader("Authorization", authorization);
    }
    return client.execute(request, answer -> answer.getCode());
  }
}
