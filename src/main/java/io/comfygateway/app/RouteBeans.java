package io.comfygateway.app;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.camel.Component;
import org.apache.camel.spi.Registry;

/**
 * The objects that route files can name. Each is found under the name of its class, with a
 * lower-case first letter: the one object of the class {@code JobOutcomes} is {@code ref:
 * jobOutcomes}.
 */
final class RouteBeans {
  private final Registry registry;
  private final Set<String> names = new TreeSet<>();

  RouteBeans(Registry registry) {
    this.registry = registry;
  }

  /**
   * Binds each under the name of its class.
   *
   * @throws IllegalStateException where there is one of this class already
   */
  void bind(Object... beans) {
    for (Object bean : beans) {
      String name = name(bean.getClass());
      if (registry.lookupByName(name) != null) {
        throw new IllegalStateException("two beans are named " + name);
      }
      registry.bind(name, bean);
      names.add(name);
    }
  }

  /** Binds an object that is made when a route first needs it. */
  <T> void bindLater(Class<T> type, Supplier<T> bean) {
    registry.bind(name(type), type, (Supplier<Object>) bean::get);
    names.add(name(type));
  }

  /** Binds a component under the scheme of its endpoints. */
  void bindComponent(String scheme, Component component) {
    registry.bind(scheme, component);
  }

  /** What routes may name with {@code ref}. */
  Set<String> names() {
    return Set.copyOf(names);
  }

  /** The name of a class in routes. */
  static String name(Class<?> type) {
    String simple = type.getSimpleName();
    return simple.substring(0, 1).toLowerCase(Locale.ROOT) + simple.substring(1);
  }
}
