package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.support.DefaultRegistry;
import org.junit.jupiter.api.Test;

class RouteBeansTest {
  private final DefaultRegistry registry = new DefaultRegistry();
  private final RouteBeans beans = new RouteBeans(registry);

  private record JobOutcomes() {}

  private record S3Place() {}

  @Test
  void a_bean_is_named_after_its_class() {
    JobOutcomes outcomes = new JobOutcomes();

    beans.bind(outcomes, new S3Place());

    assertThat(registry.lookupByNameAndType("jobOutcomes", JobOutcomes.class)).isSameAs(outcomes);
    assertThat(registry.lookupByName("s3Place")).isEqualTo(new S3Place());
  }

  @Test
  void two_beans_of_one_class_are_refused() {
    beans.bind(new JobOutcomes());

    assertThatThrownBy(() -> beans.bind(new JobOutcomes()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("jobOutcomes");
  }

  @Test
  void a_bean_that_is_bound_for_later_is_made_when_it_is_looked_up() {
    beans.bindLater(
        S3Place.class,
        () -> {
          throw new IllegalStateException("made");
        });

    assertThatThrownBy(() -> registry.lookupByName("s3Place"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("made");
  }

  @Test
  void a_component_is_named_after_its_scheme() {
    MockComponent component = new MockComponent();

    beans.bindComponent("comfyui", component);

    assertThat(registry.lookupByName("comfyui")).isSameAs(component);
  }
}
