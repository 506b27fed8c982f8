package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The features of the pool as one ComfyUI: the features that this API and every server support. A
 * server sends {@code feature_flags} when the gateway connects to it; an old version sends none and
 * restricts nothing.
 */
public final class PoolFeatures {
  private static final String METADATA = "supports_preview_metadata";
  private static final String UPLOAD = "max_upload_size";

  private final long maxUpload;
  private final Map<String, Flags> servers = new ConcurrentHashMap<>();
  private volatile Predicate<String> isMember = server -> true;

  /** The features of one server. */
  private record Flags(boolean supportsMetadata, long maxUpload) {}

  /**
   * Creates it.
   *
   * @param maxUpload how many bytes an upload may have
   */
  public PoolFeatures(long maxUpload) {
    this.maxUpload = maxUpload;
  }

  /**
   * Forgets the servers that have left the pool, so that they restrict nothing.
   *
   * @param isMember whether a server of this name is in the pool
   */
  public void among(Predicate<String> isMember) {
    this.isMember = isMember;
  }

  /**
   * A server has sent its features.
   *
   * @param flags the data of its {@code feature_flags}
   */
  void said(String server, JsonNode flags) {
    JsonNode upload = flags.path(UPLOAD);
    servers.put(
        server,
        new Flags(
            flags.path(METADATA).asBoolean(true),
            upload.canConvertToLong() && upload.asLong() > 0 ? upload.asLong() : Long.MAX_VALUE));
  }

  /** The data of the {@code feature_flags} that clients get. */
  ObjectNode flags() {
    long most = maxUpload;
    boolean supportsMetadata = true;
    servers.keySet().removeIf(isMember.negate());
    for (Flags server : servers.values()) {
      most = Math.min(most, server.maxUpload());
      supportsMetadata &= server.supportsMetadata();
    }
    return JsonNodeFactory.instance.objectNode().put(METADATA, supportsMetadata).put(UPLOAD, most);
  }
}
