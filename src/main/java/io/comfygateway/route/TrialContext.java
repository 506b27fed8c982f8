package io.comfygateway.route;

import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.vertx.websocket.VertxWebsocketComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.ClassResolver;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.DefaultRegistry;
import org.jspecify.annotations.Nullable;

/** Makes contexts in which routes are built on trial. */
final class TrialContext {
  private TrialContext() {}

  /** A context with the beans and the properties of the real one. */
  static DefaultCamelContext of(CamelContext real, Properties properties) {
    DefaultCamelContext context =
        new DefaultCamelContext(new DefaultRegistry(new Beans(real.getRegistry()))) {
          @Override
          protected ClassResolver createClassResolver() {
            return new ServiceResolver(this);
          }
        };
    context.getPropertiesComponent().setInitialProperties(properties);
    context.setStreamCaching(false);
    return context;
  }

  /**
   * The real one's beans, but for components and the HTTP engine: these belong to one context, and
   * would be stopped with the trial's.
   */
  private record Beans(Registry real) implements BeanRepository {
    @Override
    public Object lookupByName(String name) {
      return apart(real.lookupByName(name));
    }

    @Override
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
      Object bean = apart(real.lookupByNameAndType(name, type));
      return type.isInstance(bean) ? type.cast(bean) : null;
    }

    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
      return isApart(type) ? Map.of() : real.findByTypeWithName(type);
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
      return isApart(type) ? Set.of() : real.findByType(type);
    }

    private static boolean isApart(Class<?> type) {
      return Component.class.isAssignableFrom(type)
          || PlatformHttpEngine.class.isAssignableFrom(type);
    }

    private static Object apart(Object bean) {
      if (bean instanceof HttpComponent) {
        return new HttpComponent();
      }
      if (bean instanceof VertxWebsocketComponent) {
        return new VertxWebsocketComponent();
      }
      return bean instanceof PlatformHttpEngine ? new VertxPlatformHttpEngine() : bean;
    }
  }
}
