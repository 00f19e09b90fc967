package io.holdfast.server;

import java.util.Map;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.web.context.support.StandardServletEnvironment;

/// The settings of Spring, which are ours alone: a variable, a system property or a file in the
/// working directory that happens to have a name of Spring's must not open the server to a network.
final class OwnEnvironment extends StandardServletEnvironment {
  OwnEnvironment(Map<String, Object> properties) {
    getPropertySources().addFirst(new MapPropertySource("holdfast", properties));
  }

  @Override
  protected void customizePropertySources(MutablePropertySources propertySources) {
    // None of those of the process.
  }
}
