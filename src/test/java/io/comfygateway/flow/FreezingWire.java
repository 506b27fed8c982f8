package io.comfygateway.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A wire to a server of this machine that can freeze, as a network does that loses everything:
 * connections stay open, new ones are made, and no byte goes over any of them.
 */
final class FreezingWire implements AutoCloseable {
  private static final int PIECE = 8192;

  private final ServerSocket listening;
  private final int server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> lost = ConcurrentHashMap.newKeySet();
  private boolean frozen;

  private FreezingWire(ServerSocket listening, int server) {
    this.listening = listening;
    this.server = server;
  }

  static FreezingWire to(int server) {
    try {
      FreezingWire wire =
          new FreezingWire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
      wire.threads.execute(wire::accept);
      return wire;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  synchronized void freeze() {
    frozen = true;
  }

  synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /** No byte goes over those connections any more that there are now; new ones are as usual. */
  void lose() {
    lost.addAll(open);
  }

  private synchronized void awaitThaw(Socket from) throws InterruptedException {
    while (frozen || lost.contains(from)) {
      wait();
    }
  }

  private void accept() {
    try {
      while (!listening.isClosed()) {
        Socket client = listening.accept();
        Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
        open.add(client);
        open.add(there);
        threads.execute(() -> pump(client, there));
        threads.execute(() -> pump(there, client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void pump(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] piece = new byte[PIECE];
      int read;
      while ((read = in.read(piece)) >= 0) {
        awaitThaw(from);
        out.write(piece, 0, read);
      }
    } catch (IOException closed) {
      // One of the two ends has gone.
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
      lost.clear();
      thaw();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
