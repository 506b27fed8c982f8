package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.ext.web.FileUpload;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/** {@code POST /upload/image} and {@code /upload/mask}. */
final class UploadRoutes {
  private static final Set<String> TRUE = Set.of("true", "1");

  private final Vertx vertx;
  private final Api api;
  private final PythonJson json;
  private final Disk disk;

  UploadRoutes(Vertx vertx, Api api, PythonJson json, Disk disk) {
    this.vertx = vertx;
    this.api = api;
    this.json = json;
    this.disk = disk;
  }

  void bind() {
    api.post("/upload/image", this::image);
    api.post("/upload/mask", this::mask);
  }

  private void image(RoutingContext ctx) {
    MultiMap form = ctx.request().formAttributes();
    Optional<FileUpload> file =
        ctx.fileUploads().stream()
            .filter(upload -> upload.name().equals("image") && !upload.fileName().isEmpty())
            .findFirst();
    String type = value(form, "type", "input");
    Optional<String> subfolder = Folders.normal(value(form, "subfolder", ""));
    if (file.isEmpty()
        || subfolder.isEmpty()
        || !Set.of("input", "output", "temp").contains(type)) {
      api.empty(ctx, 400);
      return;
    }
    String name = file.get().fileName();
    Path path = Path.of(file.get().uploadedFileName());
    if (name.contains("..") || name.contains("/") || name.contains("\\")) {
      api.empty(ctx, 400);
      return;
    }
    boolean overwrite = TRUE.contains(value(form, "overwrite", ""));
    vertx
        .executeBlocking(() -> new Content.Uploaded(path, sha256(path)), false)
        .onFailure(ignored -> api.trouble(ctx))
        .onSuccess(
            content -> {
              FileRef ref = keep(new FileRef(name, subfolder.get(), type), content, overwrite);
              api.json(
                  ctx,
                  200,
                  json.object()
                      .put("name", ref.filename())
                      .put("subfolder", ref.subfolder())
                      .put("type", ref.type()));
            });
  }

  // A mask belongs to a picture, which must be named.
  private void mask(RoutingContext ctx) {
    String reference = value(ctx.request().formAttributes(), "original_ref", "");
    try {
      JsonNode original = json.parse(reference.getBytes(StandardCharsets.UTF_8));
      String filename = original.path("filename").asText();
      if (filename.isEmpty() || filename.startsWith("/") || filename.contains("..")) {
        api.empty(ctx, 400);
        return;
      }
    } catch (IOException e) {
      api.trouble(ctx);
      return;
    }
    image(ctx);
  }

  // The same bytes keep their name, other bytes get the next free one: "photo (1).png".
  private FileRef keep(FileRef wanted, Content.Uploaded content, boolean overwrite) {
    FileRef ref = wanted;
    int dot = wanted.filename().lastIndexOf('.');
    String stem = dot < 0 ? wanted.filename() : wanted.filename().substring(0, dot);
    String extension = dot < 0 ? "" : wanted.filename().substring(dot);
    Optional<Content> there = disk.find(ref);
    for (int i = 1; !overwrite && there.isPresent(); i++) {
      if (there.get() instanceof Content.Uploaded other
          && other.sha256().equals(content.sha256())) {
        return ref;
      }
      ref = new FileRef(stem + " (" + i + ")" + extension, ref.subfolder(), ref.type());
      there = disk.find(ref);
    }
    disk.put(ref, content);
    return ref;
  }

  private static String value(MultiMap form, String name, String otherwise) {
    String value = form.get(name);
    return value == null ? otherwise : value;
  }

  private static String sha256(Path path) throws IOException {
    try (InputStream file = Files.newInputStream(path)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(file, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
