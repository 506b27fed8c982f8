package io.comfygateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The internals of libraries that docs/adr/0010-internals.md lists are as the code expects them.
 */
class InternalsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "io.vertx.core.http.impl.VertxHttpRequestDecoder | new(HttpServerOptions) | http.connection.StrictDecoder",
        "io.vertx.core.http.impl.VertxHttpRequestDecoder | decode(ChannelHandlerContext, ByteBuf, List) | http.connection.StrictDecoder",
        "io.vertx.core.http.impl.VertxHttpRequestDecoder | handleTransferEncodingChunkedWithContentLength(HttpMessage) | http.connection.StrictDecoder",
        "io.vertx.core.net.impl.ConnectionBase | channel() | http.connection.StrictDecoder",
        "io.vertx.core.net.impl.ConnectionBase | channel() | http.connection.BoundedPongs",
        "io.vertx.core.http.impl.HttpServerRequestWrapper | new(HttpServerRequestInternal) | http.connection.WatchedBody",
        "io.vertx.core.http.impl.HttpServerRequestWrapper | handler(Handler) | http.connection.WatchedBody",
        "io.vertx.ext.web.impl.RoutingContextDecorator | new(Route, RoutingContextInternal) | http.connection.WatchedBody",
        "io.vertx.ext.web.impl.RoutingContextInternal | setBody(Buffer) | http.connection.WatchedBody",
        "org.h2.jdbc.JdbcConnection | getSession() | database.h2.EmbeddedDatabase",
        "org.h2.engine.SessionLocal | getDatabase() | database.h2.EmbeddedDatabase",
        "org.h2.engine.Database | getStore() | database.h2.EmbeddedDatabase",
        "org.h2.engine.Database | shutdownImmediately() | database.h2.EmbeddedDatabase",
        "org.h2.mvstore.db.Store | getMvStore() | database.h2.EmbeddedDatabase",
        "org.h2.mvstore.MVStore | commit() | database.h2.EmbeddedDatabase",
        "org.h2.mvstore.MVStore | isClosed() | database.h2.EmbeddedDatabase",
        "org.h2.mvstore.MVStore | setAutoCommitDelay(int) | database.h2.EmbeddedDatabase",
        "org.h2.store.fs.FilePath | register(FilePath) | database.h2.DurableFiles",
        "org.h2.store.fs.FilePathWrapper | getBase() | database.h2.DurableFiles",
        "org.h2.store.fs.FilePathWrapper | open(String) | database.h2.DurableFiles",
        "org.h2.store.fs.FileBaseDefault | read(ByteBuffer, long) | database.h2.DurableFiles",
        "org.h2.store.fs.FileBaseDefault | write(ByteBuffer, long) | database.h2.DurableFiles",
        "org.h2.store.fs.FileBaseDefault | implTruncate(long) | database.h2.DurableFiles"
      })
  void a_library_has_the_internals_that_the_code_leans_on(
      String type, String signature, String user) {
    assertThat(signatures(type))
        .as(
            "An upgrade changed an internal: %s has no %s any more. Adapt %s, and"
                + " docs/adr/0010-internals.md.",
            type, signature, user)
        .contains(signature);
  }

  private static Stream<String> signatures(String type) {
    Class<?> found;
    try {
      found = Class.forName(type, false, InternalsTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return Stream.empty();
    }
    return Stream.<Class<?>>iterate(found, it -> it != null, Class::getSuperclass)
        .flatMap(
            it ->
                Stream.concat(
                    Arrays.stream(it.getDeclaredConstructors()),
                    Arrays.stream(it.getDeclaredMethods())))
        .map(InternalsTest::signature);
  }

  private static String signature(Executable it) {
    String name = it instanceof Constructor ? "new" : it.getName();
    return Stream.of(it.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", name + "(", ")"));
  }
}
