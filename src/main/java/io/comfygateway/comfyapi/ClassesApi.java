package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.access.Caller;
import io.comfygateway.pool.Backends;
import io.comfygateway.upload.Uploads;
import io.comfygateway.workflow.NodesFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code /object_info}. On real servers the answer has megabytes, so recent ones are
 * cached, plain and compressed.
 */
public final class ClassesApi {
  /** The size of the cache in bytes. */
  private static final long KEPT = 64L << 20;

  private final PoolClasses classes;
  private final Uploads uploads;
  private final Cache<Key, Written> kept =
      Caffeine.newBuilder()
          .maximumWeight(KEPT)
          .weigher((Key key, Written written) -> written.plain.length + written.compressed.length)
          .build();

  /** A file in a list of choices. */
  private record Listed(String filename, String contentType) {}

  /** The key of a cached answer: what it is made from. */
  private static final class Key {
    private final PoolClasses.Merged classes;
    private final List<Listed> files;

    private Key(PoolClasses.Merged classes, List<Listed> files) {
      this.classes = classes;
      this.files = files;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Key key && key.classes == classes && key.files.equals(files);
    }

    @Override
    public int hashCode() {
      return files.hashCode();
    }
  }

  private record Written(byte[] plain, byte[] compressed) {}

  public ClassesApi(Backends backends, NodesFile nodes, Uploads uploads) {
    this.classes = new PoolClasses(backends, nodes);
    this.uploads = uploads;
  }

  /** {@code GET /object_info}. */
  public void all(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @Header("Accept-Encoding") @Nullable String accepted) {
    // Concurrent requests share one serialization.
    Written written = kept.get(new Key(merged(), files(caller.name())), ClassesApi::write);
    boolean compressed = accepted != null && accepted.contains("gzip");
    ClientResponses.send(
        exchange,
        200,
        "application/json; charset=utf-8",
        compressed ? written.compressed() : written.plain());
    exchange.getMessage().setHeader("Vary", "Accept-Encoding");
    if (compressed) {
      exchange.getMessage().setHeader("Content-Encoding", "gzip");
    }
  }

  /** {@code GET /object_info/{class}}: empty for a class that the pool does not have. */
  public void one(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @Header("class") String classType) {
    PoolClasses.Merged merged = merged();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    JsonNode described = merged.classes().path(classType);
    if (!described.isMissingNode()) {
      answer.set(classType, withFiles(merged, classType, described, files(caller.name())));
    }
    ClientResponses.json(exchange, answer);
  }

  private PoolClasses.Merged merged() {
    PoolClasses.Merged merged = classes.merged();
    if (merged.basis().isEmpty() && classes.isPoolConfigured()) {
      throw PoolAnswers.noServer();
    }
    return merged;
  }

  private List<Listed> files(String owner) {
    return uploads.inputs(owner).stream()
        .map(file -> new Listed(file.filename(), file.contentType()))
        .toList();
  }

  private static Written write(Key key) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.setAll(key.classes.classes());
    for (String type :
        key.classes.fileInputs().stream()
            .map(PoolClasses.FileList::classType)
            .distinct()
            .toList()) {
      all.set(type, withFiles(key.classes, type, all.path(type), key.files));
    }
    byte[] plain = all.toString().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(plain.length / 8);
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Written(plain, compressed.toByteArray());
  }

  // Lists the caller's own files in place of those on the servers.
  private static JsonNode withFiles(
      PoolClasses.Merged merged, String type, JsonNode described, List<Listed> files) {
    List<PoolClasses.FileList> lists =
        merged.fileInputs().stream().filter(it -> it.classType().equals(type)).toList();
    if (lists.isEmpty()) {
      return described;
    }
    JsonNode copy = described.deepCopy();
    for (PoolClasses.FileList list : lists) {
      ArrayNode choices =
          PoolClasses.choices(copy.path("input").path(list.group()).path(list.input()));
      if (choices != null) {
        choices.removeAll();
        files.stream()
            .filter(file -> fits(list.kind(), file.contentType()))
            .forEach(file -> choices.add(file.filename()));
      }
    }
    return copy;
  }

  private static boolean fits(String kind, String contentType) {
    return switch (kind) {
      case "image" -> contentType.startsWith("image/");
      case "audio" -> contentType.startsWith("audio/") || contentType.startsWith("video/");
      case "video" -> contentType.startsWith("video/") || contentType.equals("image/gif");
      default -> true;
    };
  }
}
