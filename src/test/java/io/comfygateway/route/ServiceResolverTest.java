package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class ServiceResolverTest {
  private static final String SERVICES = "META-INF/services/org/apache/camel/";

  @Test
  void what_is_on_the_class_path_is_found_each_time() throws IOException {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      for (int time = 0; time < 2; time++) {
        try (InputStream found =
            new ServiceResolver(context).loadResourceAsStream(SERVICES + "component/direct")) {
          assertThat(found).isNotNull();
        }
      }
    }
  }

  @Test
  void what_is_not_there_is_looked_for_once() throws IOException {
    AtomicInteger looks = new AtomicInteger();
    try (DefaultCamelContext context =
        new DefaultCamelContext() {
          @Override
          public ClassLoader getApplicationContextClassLoader() {
            looks.incrementAndGet();
            return super.getApplicationContextClassLoader();
          }
        }) {
      looks.set(0);
      ServiceResolver first = new ServiceResolver(context);
      assertThat(first.loadResourceAsStream(SERVICES + "component/looked-for-once")).isNull();
      int needed = looks.get();
      assertThat(needed).isPositive();
      ServiceResolver second = new ServiceResolver(context);
      assertThat(second.loadResourceAsStream(SERVICES + "component/looked-for-once")).isNull();
      assertThat(looks).hasValue(needed);
    }
  }
}
