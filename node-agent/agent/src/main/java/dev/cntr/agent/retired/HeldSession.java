package dev.cntr.agent.retired;

import java.util.ArrayList;
import java.util.List;

/**
 * A session that a retired agent keeps, as it is told to the agent after it: {@code UID NAMESPACE NAME} in a line, none of which can hold a space. A list of them ends with an
 * empty line.
 *
 * @param namespace as the relay says it
 */
public record HeldSession(String uid, String namespace, String name) {
    private static final int PARTS = 3;

    static String text(List<HeldSession> sessions) {
        StringBuilder text = new StringBuilder();
        sessions.forEach(held -> text.append(held.uid)
                .append(' ')
                .append(held.namespace)
                .append(' ')
                .append(held.name)
                .append('\n'));
        return text.append('\n').toString();
    }

    /** Of a list's lines without the empty one; what is no session is left out. */
    static List<HeldSession> parse(List<String> lines) {
        List<HeldSession> sessions = new ArrayList<>();
        for (String line : lines) {
            String[] part = line.split(" ", -1);
            if (part.length == PARTS) {
                sessions.add(new HeldSession(part[0], part[1], part[2]));
            }
        }
        return sessions;
    }
}
