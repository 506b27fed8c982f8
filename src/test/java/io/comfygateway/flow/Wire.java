package io.comfygateway.flow;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * A wire to an HTTP server that can be held or cut at any request: before it arrives, before its
 * answer is sent back, or in the middle of that. Each connection carries one request; WebSockets
 * are refused. An answer is sent back when it has ended, as by a proxy that buffers, until {@link
 * #stream} is called.
 */
final class Wire implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Where on its way a request is when something happens to it. */
  enum Place {
    /** The server does not get it. */
    REQUEST,
    /** The server has handled it; no byte of the answer is back. */
    ANSWER,
    /** Half of the answer is back. */
    HALF_ANSWER
  }

  private record Rule(Predicate<String> which, Place place, Held held) {}

  private final ServerSocket listening;
  private final int server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean streams;

  /** A request that is held, or will be. */
  static final class Held {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile End end = End.RESET;

    private enum End {
      PASS,
      RESET,
      CLOSE,
      BAD_GATEWAY
    }

    /** Waits until the request is where it is to be held. */
    Held await() {
      Awaitility.await().atMost(PATIENCE).until(this::isReached);
      return this;
    }

    boolean isReached() {
      return reached.getCount() == 0;
    }

    /** Lets it go on as if nothing had been. */
    void pass() {
      decide(End.PASS);
    }

    /** Breaks the connection with a reset; nothing more goes over it. */
    Held reset() {
      return decide(End.RESET);
    }

    /** Closes the connection as if that were all. */
    Held close() {
      return decide(End.CLOSE);
    }

    /** Answers 502, as a proxy does whose server has gone. */
    Held badGateway() {
      return decide(End.BAD_GATEWAY);
    }

    private Held decide(End how) {
      end = how;
      decided.countDown();
      return this;
    }
  }

  private Wire(ServerSocket listening, int server) {
    this.listening = listening;
    this.server = server;
  }

  /** A wire to a port of this machine. */
  static Wire to(int server) throws IOException {
    Wire wire = new Wire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
    wire.threads.execute(wire::accept);
    return wire;
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  /** Holds the next request whose first line matches, until it is said what becomes of it. */
  Held hold(Place place, Predicate<String> which) {
    Held held = new Held();
    rules.add(new Rule(which, place, held));
    return held;
  }

  /** Holds the next request whose first line begins so. */
  Held hold(Place place, String start) {
    return hold(place, line -> line.startsWith(start));
  }

  /** Sends each answer back as it comes from now on. */
  void stream() {
    streams = true;
  }

  private void accept() {
    try {
      while (!listening.isClosed()) {
        Socket client = listening.accept();
        open.add(client);
        threads.execute(() -> serve(client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket client) {
    try (client) {
      byte[] request = request(client.getInputStream());
      String text = new String(request, StandardCharsets.ISO_8859_1);
      if (text.toLowerCase(Locale.ROOT).contains("\r\nupgrade:")) {
        badGateway(client);
        return;
      }
      String line = text.substring(0, text.indexOf("\r\n"));
      Optional<Rule> rule = rules.stream().filter(one -> one.which().test(line)).findFirst();
      if (rule.isPresent() && rules.remove(rule.get())) {
        held(client, request, rule.get());
      } else if (streams) {
        stream(client, request);
      } else {
        client.getOutputStream().write(forward(request));
      }
    } catch (IOException | InterruptedException gone) {
      // One of the two has died, which is what this is for.
    } finally {
      open.remove(client);
    }
  }

  private void held(Socket client, byte[] request, Rule rule)
      throws IOException, InterruptedException {
    byte[] answer = rule.place() == Place.REQUEST ? new byte[0] : forward(request);
    int sent = rule.place() == Place.HALF_ANSWER ? answer.length - bodyLength(answer) / 2 : 0;
    client.getOutputStream().write(answer, 0, sent);
    client.getOutputStream().flush();
    rule.held().reached.countDown();
    rule.held().decided.await();
    switch (rule.held().end) {
      case PASS -> {
        byte[] whole = rule.place() == Place.REQUEST ? forward(request) : answer;
        client.getOutputStream().write(whole, sent, whole.length - sent);
      }
      case RESET -> client.setSoLinger(true, 0);
      case CLOSE -> client.shutdownOutput();
      case BAD_GATEWAY -> badGateway(client);
      default -> throw new IllegalStateException();
    }
  }

  private static void badGateway(Socket client) throws IOException {
    client
        .getOutputStream()
        .write(
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1));
  }

  private byte[] forward(byte[] request) throws IOException {
    try (Socket toServer = send(request)) {
      return toServer.getInputStream().readAllBytes();
    }
  }

  private void stream(Socket client, byte[] request) throws IOException {
    try (Socket toServer = send(request)) {
      toServer.getInputStream().transferTo(client.getOutputStream());
    }
  }

  private Socket send(byte[] request) throws IOException {
    Socket toServer = new Socket(InetAddress.getLoopbackAddress(), server);
    try {
      String text = new String(request, StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n");
      String headers =
          text.substring(0, head).replaceAll("(?i)\r\nConnection:[^\r]*", "")
              + "\r\nConnection: close";
      toServer.getOutputStream().write(headers.getBytes(StandardCharsets.ISO_8859_1));
      toServer.getOutputStream().write(request, head, request.length - head);
      return toServer;
    } catch (IOException e) {
      toServer.close();
      throw e;
    }
  }

  // Every caller here says how long its body is.
  private static byte[] request(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int end = 0;
    while (end < 4) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      bytes.write(next);
      end = next == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : next == '\r' ? 1 : 0;
    }
    String head = bytes.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    int at = head.indexOf("\r\ncontent-length:");
    if (at >= 0) {
      String length = head.substring(at + 17, head.indexOf("\r\n", at + 17)).strip();
      byte[] body = in.readNBytes(Integer.parseInt(length));
      bytes.write(body);
    }
    return bytes.toByteArray();
  }

  private static int bodyLength(byte[] answer) {
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    return answer.length - text.indexOf("\r\n\r\n") - 4;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    rules.clear();
    for (Socket socket : Arrays.asList(open.toArray(new Socket[0]))) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
