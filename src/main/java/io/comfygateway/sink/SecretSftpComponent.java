package io.comfygateway.sink;

import java.util.function.Consumer;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.component.file.remote.SftpComponent;
import org.apache.camel.component.file.remote.SftpConfiguration;
import org.apache.camel.component.file.remote.SftpRemoteFile;
import org.apache.camel.spi.annotations.Component;

/**
 * Camel's component {@code sftp}, whose username, password and passphrase may be names of {@link
 * DestinationFields}. Camel looks up names for parameters of other types than text only.
 */
@Component("sftp")
public final class SecretSftpComponent extends SftpComponent {
  // Camel declares the raw type.
  @SuppressWarnings("rawtypes")
  @Override
  protected void afterPropertiesSet(GenericFileEndpoint<SftpRemoteFile> endpoint) {
    if (endpoint.getConfiguration() instanceof SftpConfiguration login) {
      replace(login.getUsername(), login::setUsername);
      replace(login.getPassword(), login::setPassword);
      replace(login.getPrivateKeyPassphrase(), login::setPrivateKeyPassphrase);
    }
  }

  private void replace(String value, Consumer<String> setter) {
    if (value != null && value.startsWith("#" + DestinationFields.PREFIX)) {
      String field =
          getCamelContext().getRegistry().lookupByNameAndType(value.substring(1), String.class);
      setter.accept(field == null ? "" : field);
    }
  }
}
