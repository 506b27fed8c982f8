package io.comfygateway.simulator;

import io.comfygateway.simulator.media.Noise;
import io.comfygateway.simulator.media.Picture;
import io.comfygateway.simulator.media.PictureFile;
import io.comfygateway.simulator.media.WebpFile;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.MimeMapping;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;

/** {@code GET /view}: the files that prompts have saved and clients have uploaded. */
final class FileRoutes {
  private static final Set<String> TYPES = Set.of("output", "temp", "input");

  private final Vertx vertx;
  private final Api api;
  private final Disk disk;
  private final Faults faults;

  FileRoutes(Vertx vertx, Api api, Disk disk, Faults faults) {
    this.vertx = vertx;
    this.api = api;
    this.disk = disk;
    this.faults = faults;
  }

  void bind() {
    api.get("/view", this::delay);
  }

  private void delay(RoutingContext ctx) {
    long millis = faults.viewDelay().toMillis();
    if (millis > 0) {
      vertx.setTimer(millis, ignored -> view(ctx));
    } else {
      view(ctx);
    }
  }

  private void view(RoutingContext ctx) {
    if (faults.viewsAreHtml()) {
      ctx.response().putHeader("Content-Type", "text/html").end("<html>login</html>");
      return;
    }
    String filename = ctx.request().getParam("filename");
    if (filename == null) {
      api.empty(ctx, 404);
      return;
    }
    String type = ctx.request().getParam("type", "output");
    boolean leavesFolder = filename.startsWith("/") || filename.contains("..");
    if (filename.isEmpty() || leavesFolder || !TYPES.contains(type)) {
      api.empty(ctx, 400);
      return;
    }
    Optional<String> subfolder = Folders.normal(ctx.request().getParam("subfolder", ""));
    if (subfolder.isEmpty()) {
      api.empty(ctx, 403);
      return;
    }
    String name = filename.substring(filename.lastIndexOf('/') + 1);
    Optional<Content> content = disk.find(new FileRef(name, subfolder.get(), type));
    if (content.isEmpty()) {
      api.empty(ctx, 404);
      return;
    }
    ctx.response().putHeader("Content-Disposition", "filename=\"" + name + "\"");
    String preview = ctx.request().getParam("preview");
    if (preview != null) {
      preview(ctx, content.get(), preview);
    } else {
      send(ctx, name, content.get());
    }
  }

  private void send(RoutingContext ctx, String name, Content content) {
    String type = MimeMapping.getMimeTypeForFilename(name);
    boolean active = type != null && (type.contains("html") || type.contains("javascript"));
    // As in the original, what a browser would run is given as bytes.
    ctx.response()
        .putHeader(
            HttpHeaders.CONTENT_TYPE, type == null || active ? "application/octet-stream" : type);
    if (content instanceof Content.Streamed streamed) {
      HttpServerResponse response = ctx.response();
      response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(streamed.noise().length()));
      if (isHead(ctx)) {
        response.end();
        return;
      }
      stream(ctx, streamed.noise(), 0, faults.takeCutView());
    } else if (content instanceof Content.Uploaded uploaded && !isHead(ctx)) {
      ctx.response().sendFile(uploaded.path().toString());
    } else {
      whole(ctx, () -> disk.read(content));
    }
  }

  private static boolean isHead(RoutingContext ctx) {
    return ctx.request().method().equals(HttpMethod.HEAD);
  }

  private interface Bytes {
    byte[] make() throws IOException;
  }

  private void whole(RoutingContext ctx, Bytes bytes) {
    vertx
        .executeBlocking(bytes::make, false)
        .onFailure(ignored -> api.trouble(ctx))
        .onSuccess(
            file -> {
              if (!isHead(ctx) && faults.takeCutView()) {
                ctx.response()
                    .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(file.length))
                    .write(Buffer.buffer(file).slice(0, file.length / 2))
                    .onComplete(ignored -> ctx.request().connection().close());
              } else {
                Api.end(ctx, Buffer.buffer(file));
              }
            });
  }

  // Blocks are made only as fast as the client takes them.
  private void stream(RoutingContext ctx, Noise noise, long from, boolean cut) {
    HttpServerResponse response = ctx.response();
    long offset = from;
    while (offset < noise.length() && !response.closed()) {
      if (cut && offset >= noise.length() / 2) {
        ctx.request().connection().close();
        return;
      }
      byte[] block = noise.block(offset);
      response.write(Buffer.buffer(block));
      offset += block.length;
      if (response.writeQueueFull()) {
        long next = offset;
        response.drainHandler(ignored -> stream(ctx, noise, next, cut));
        return;
      }
    }
    if (!response.closed()) {
      response.end();
    }
  }

  private void preview(RoutingContext ctx, Content content, String wanted) {
    String[] parts = wanted.split(";");
    boolean jpeg = parts.length > 0 && parts[0].equals("jpeg");
    String last = parts.length > 0 ? parts[parts.length - 1] : "";
    int quality = last.matches("\\d{1,3}") ? Integer.parseInt(last) : 90;
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, jpeg ? "image/jpeg" : "image/webp");
    whole(
        ctx,
        () -> {
          Picture picture =
              disk.picture(content)
                  .orElseThrow(() -> new UncheckedIOException(new IOException("not a picture")));
          return jpeg ? PictureFile.jpeg(picture, quality) : WebpFile.of(picture);
        });
  }
}
