package io.comfygateway.flow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** An SFTP server (Apache MINA SSHD) that serves a folder. */
final class SftpServer implements AutoCloseable {
  static final String USERNAME = "gateway";
  static final String PASSWORD = "open sesame & (co) +%41";

  private final Path root;
  private final KeyPair hostKey = keyPair();
  private final KeyPair userKey = keyPair();
  private final int port;
  private SshServer server;

  private SftpServer(Path root, int port) {
    this.root = root;
    this.port = port;
  }

  static SftpServer start(Path root) throws IOException {
    Files.createDirectories(root);
    SftpServer server = new SftpServer(root, freePort());
    server.comeUp();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** The line of {@code ssh-keyscan} without the name of the host. */
  String hostKey() {
    return PublicKeyEntry.toString(hostKey.getPublic());
  }

  /** A key that the server does not have. */
  static String otherHostKey() {
    return PublicKeyEntry.toString(keyPair().getPublic());
  }

  /** The private key of the user, in PEM. */
  String userKey() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(userKey.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  /** The files below the root, as paths with slashes. */
  List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Ends as a process does that is killed: open connections break. */
  synchronized void goDown() {
    try {
      server.stop(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void comeUp() {
    server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setPort(port);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPasswordAuthenticator(
        (username, password, session) -> USERNAME.equals(username) && PASSWORD.equals(password));
    server.setPublickeyAuthenticator(
        (username, key, session) -> USERNAME.equals(username) && isOfUser(key));
    server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
    server.setFileSystemFactory(new VirtualFileSystemFactory(root));
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isOfUser(PublicKey key) {
    return KeyUtils.compareKeys(userKey.getPublic(), key);
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has RSA", e);
    }
  }

  @Override
  public void close() {
    goDown();
  }
}
