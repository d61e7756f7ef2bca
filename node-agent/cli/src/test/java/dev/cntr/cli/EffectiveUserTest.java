package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.fuse.passthrough.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveUserTest {
    @TempDir
    private Path directory;

    private Path passwd;

    @BeforeEach
    void write() throws IOException {
        passwd = Files.writeString(
                directory.resolve("passwd"),
                "root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1001::/home/anna:/bin/sh\n+::\n7:x:8:9:::\n");
    }

    @ParameterizedTest
    @CsvSource({"anna, 1000, 1001", "1000, 1000, 1001", "1000:5, 1000, 5", "4294967294:0, 4294967294, 0", "root, 0, 0"})
    void aNameAnIdOrBoth(String text, long uid, long gid) {
        assertThat(EffectiveUser.parse(text, passwd)).isEqualTo(new Owner(uid, gid));
    }

    @ParameterizedTest
    @ValueSource(strings = {"berta", "", "7", "1001", "anna:5", "-1:0", "4294967295:0", "9999999999:0", "1000:"})
    void allElseIsNoUser(String text) {
        assertThatThrownBy(() -> EffectiveUser.parse(text, passwd))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void aMachineWithoutUsersHasIdsStill() {
        Path none = directory.resolve("none");
        assertThat(EffectiveUser.parse("1:2", none)).isEqualTo(new Owner(1, 2));
        assertThatThrownBy(() -> EffectiveUser.parse("anna", none)).hasMessageContaining("give UID:GID");
    }
}
