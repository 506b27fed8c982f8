package io.comfygateway.app;

import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.KeyRestrictions;
import io.comfygateway.access.Scope;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.egress.AddressRange;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a command reaches the gateway that runs on the same data folder: the file {@code local-admin}
 * with the URL and a key, which is new at every start and stored nowhere else. Only one process can
 * open an H2 file, so {@code gateway key} uses the API of the running gateway, and changes take
 * effect at once. Whoever can read the data folder needs no other key. The key is accepted from
 * this machine only.
 *
 * @param url the URL of the gateway on this machine
 * @param secret the key
 * @param certificate the fingerprint of the gateway's certificate; empty for plain HTTP
 */
public record LocalAdmin(String url, String secret, Optional<String> certificate) {
  private static final String FILE = "local-admin";
  // The name of a created key cannot contain a colon.
  private static final String NAME = "command:local";

  /** A key for the command. */
  static GeneratedKey key(Settings settings) {
    List<AddressRange> here = new ArrayList<>();
    here.add(AddressRange.parse("127.0.0.0/8"));
    here.add(AddressRange.parse("::1"));
    try {
      InetAddress host = InetAddress.getByName(settings.get(PortSettings.HOST));
      if (!host.isAnyLocalAddress()) {
        here.add(AddressRange.parse(host.getHostAddress().replaceAll("%.*", "")));
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("the settings check accepts only a host that resolves", e);
    }
    return ApiKeys.generate(
        NAME,
        Set.of(Scope.ADMIN),
        new KeyRestrictions(List.of(), here, Optional.empty(), KeyRestrictions.Rates.UNLIMITED));
  }

  /** Writes the file, which only its owner can read. */
  void write(Path folder) throws IOException {
    Path temporary = Files.createTempFile(folder, FILE, ".new");
    PrivateFiles.restrict(temporary);
    Files.writeString(
        temporary, String.join("\n", url, secret, certificate.orElse("")), StandardCharsets.UTF_8);
    Files.move(temporary, folder.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes the file. */
  static void remove(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the file; empty where no gateway runs on the folder. One that was killed leaves it.
   *
   * @throws StartFailure where this user cannot read it
   */
  public static Optional<LocalAdmin> read(Path folder) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve(FILE));
      return lines.size() < 2
          ? Optional.empty()
          : Optional.of(
              new LocalAdmin(lines.get(0), lines.get(1), lines.stream().skip(2).findFirst()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StartFailure(
          "The file "
              + folder.resolve(FILE)
              + " cannot be read ("
              + e.getClass().getSimpleName()
              + "). Run the command as the user who runs the gateway.");
    }
  }

  /** Does not show the key. */
  @Override
  public String toString() {
    return "LocalAdmin[" + url + "]";
  }
}
