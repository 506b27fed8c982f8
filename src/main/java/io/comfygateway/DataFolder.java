package io.comfygateway;

import io.comfygateway.delivery.WebhookSecret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The small files that a gateway keeps in its data folder: what it is called, and the secret that
 * it signs callbacks with.
 */
final class DataFolder {
  private final Path folder;
  private final String gatewayId;

  DataFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    // The same after a restart, so that a gateway takes up at once what it had in its hands.
    this.gatewayId = keep("gateway-id", () -> "gateway-" + UUID.randomUUID());
  }

  /** What this gateway is called in leases, and towards ComfyUI as {@code client_id}. */
  String gatewayId() {
    return gatewayId;
  }

  /**
   * The secret that callbacks are signed with where no setting gives one; made at the first start.
   */
  String callbackSecret() throws IOException {
    return keep("callback-secret", () -> WebhookSecret.generate().text());
  }

  Path callbackSecretFile() {
    return folder.resolve("callback-secret");
  }

  private String keep(String name, Supplier<String> value) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      Path aside = Files.createTempFile(folder, name, ".new");
      if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(
            aside, Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
      }
      Files.writeString(aside, value.get(), StandardCharsets.UTF_8);
      Files.move(aside, file);
    }
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }
}
