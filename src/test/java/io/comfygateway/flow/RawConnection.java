package io.comfygateway.flow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** A connection to a gateway over which a test sends what it likes, as slowly as it likes. */
final class RawConnection implements AutoCloseable {
  private static final int PATIENCE = (int) Duration.ofSeconds(30).toMillis();
  private static final int SMALL = 16 * 1024;
  private static final Pattern STATUS = Pattern.compile("(?m)^HTTP/1\\.1 (\\d{3}) ");

  private final Socket socket;

  private RawConnection(Socket socket) {
    this.socket = socket;
  }

  static RawConnection to(TestGateway gateway) {
    return to(gateway.server().port());
  }

  static RawConnection to(int port) {
    try {
      Socket socket = new Socket();
      // So that what is not read stays at the gateway.
      socket.setReceiveBufferSize(SMALL);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(PATIENCE);
      socket.setTcpNoDelay(true);
      return new RawConnection(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends text as it is; line ends are the caller's matter. */
  RawConnection send(String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one byte; whether the other end is still there. */
  boolean trickle(char one) {
    try {
      socket.getOutputStream().write(one);
      return !isClosedByTheOtherEnd();
    } catch (IOException gone) {
      return false;
    }
  }

  // Where nothing is to be read, the end of the stream is the only thing that is.
  private boolean isClosedByTheOtherEnd() throws IOException {
    socket.setSoTimeout(1);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } finally {
      socket.setSoTimeout(PATIENCE);
    }
  }

  /** Reads so many bytes, or what there is until the end. */
  int read(int bytes) {
    try {
      return socket.getInputStream().readNBytes(bytes).length;
    } catch (IOException reset) {
      return -1;
    }
  }

  /** One answer: its head, and as much of its body as the head says. */
  String answer() {
    try {
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      String text = "";
      while (!text.endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          return text;
        }
        head.write(next);
        text = head.toString(StandardCharsets.ISO_8859_1);
      }
      String length = text.replaceFirst("(?is).*content-length: (\\d+).*", "$1");
      byte[] body = length.matches("\\d+") ? in.readNBytes(Integer.parseInt(length)) : new byte[0];
      return text + new String(body, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything until the other end closes the connection. */
  String untilClosed() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketTimeoutException open) {
      throw new AssertionError("it is still open after " + all, open);
    } catch (IOException reset) {
      // Closed with something unread, which is closed as well.
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  /** The statuses of the answers in a text, in their order. */
  static List<Integer> statuses(String answers) {
    return STATUS
        .matcher(answers)
        .results()
        .map(match -> Integer.parseInt(match.group(1)))
        .toList();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
