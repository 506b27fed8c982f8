package io.comfygateway.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a pooler before PostgreSQL is found out. */
class PoolerTest {
  private static final int BACKEND_KEY = 'K';
  private static final int READY = 'Z';

  @TempDir Path folder;

  @Test
  void nothing_is_kept_prepared_where_a_pooler_stands_before_the_database() throws Exception {
    Database.Address direct = DatabaseKind.POSTGRESQL.inNewPlace(folder);
    try (KeyChanger pooler = new KeyChanger(port(direct))) {
      Database.Address pooled = through(direct, pooler.port(), "");

      assertThat(Pooler.url(pooled)).endsWith("&prepareThreshold=0");
      assertThat(Pooler.url(through(direct, pooler.port(), "&prepareThreshold=3")))
          .endsWith("prepareThreshold=3");
    }
  }

  @Test
  void statements_are_kept_prepared_where_none_does() {
    Database.Address direct = DatabaseKind.POSTGRESQL.inNewPlace(folder);

    assertThat(Pooler.url(direct)).isEqualTo(direct.url().orElseThrow());
  }

  private static int port(Database.Address address) {
    return URI.create(address.url().orElseThrow().substring("jdbc:".length())).getPort();
  }

  private static Database.Address through(Database.Address direct, int port, String more) {
    return new Database.Address(
        direct.url().map(url -> url.replace(":" + port(direct), ":" + port) + more),
        direct.user(),
        direct.password(),
        direct.dataFolder());
  }

  /** Stands before a PostgreSQL and gives clients other keys to cancel with, as PgBouncer does. */
  private static final class KeyChanger implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final int database;

    KeyChanger(int database) throws IOException {
      this.database = database;
      begin(this::accept);
    }

    int port() {
      return listening.getLocalPort();
    }

    private static void begin(Runnable work) {
      Thread thread = new Thread(work);
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = listening.accept();
          Socket server = new Socket(InetAddress.getLoopbackAddress(), database);
          begin(() -> copy(client, server));
          begin(() -> answer(server, client));
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    private static void copy(Socket from, Socket to) {
      try (from;
          to) {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException closed) {
        // The other side has gone.
      }
    }

    // A message is its kind, its length with these four bytes, and the rest.
    private static void answer(Socket server, Socket client) {
      try {
        DataInputStream in = new DataInputStream(server.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        int kind;
        do {
          kind = in.read();
          if (kind == 'N') {
            // No encryption: a single letter.
            out.write(kind);
            continue;
          }
          int length = in.readInt();
          byte[] body = in.readNBytes(length - Integer.BYTES);
          if (kind == BACKEND_KEY) {
            ByteBuffer.wrap(body).putInt(0, 1 + ByteBuffer.wrap(body).getInt(0));
          }
          out.write(kind);
          out.writeInt(length);
          out.write(body);
        } while (kind != READY);
      } catch (IOException closed) {
        // The other side has gone.
      }
      copy(server, client);
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }
}
