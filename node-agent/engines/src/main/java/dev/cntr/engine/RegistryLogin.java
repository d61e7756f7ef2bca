package dev.cntr.engine;

/** What a registry asks for before it gives an image. */
public record RegistryLogin(String username, String password) {
    /** Without the password: it must not get into a log. */
    @Override
    public String toString() {
        return username;
    }
}
