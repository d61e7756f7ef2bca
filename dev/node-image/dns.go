package main

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
)

const dnsPort = 10053

// resolver answers A questions for the names of the cluster and passes every other question on. It stands in for
// CoreDNS, behind the usual kube-system/kube-dns service.
type resolver struct {
	records  records
	upstream string // host:port, or empty
}

func serveDNS(nodeIP string, client kubernetes.Interface) {
	announceDNS(nodeIP, client)
	r := &resolver{upstream: firstNameserver()}
	go r.records.keepCurrent(client)
	address := net.JoinHostPort(nodeIP, strconv.Itoa(dnsPort))
	listener, err := net.Listen("tcp", address)
	must(err)
	go r.serveTCP(listener)
	socket, err := net.ListenPacket("udp", address)
	must(err)
	r.serveUDP(socket)
}

// announceDNS makes the kube-dns service, whose endpoint is this node.
func announceDNS(nodeIP string, client kubernetes.Interface) {
	const name, namespace = "kube-dns", "kube-system"
	var ports []corev1.ServicePort
	var endpointPorts []discoveryv1.EndpointPort
	for portName, protocol := range map[string]corev1.Protocol{"dns": corev1.ProtocolUDP, "dns-tcp": corev1.ProtocolTCP} {
		ports = append(ports, corev1.ServicePort{Name: portName, Port: 53, Protocol: protocol, TargetPort: intstr.FromInt32(dnsPort)})
		endpointPorts = append(endpointPorts, discoveryv1.EndpointPort{Name: ptr.To(portName), Port: ptr.To[int32](dnsPort), Protocol: ptr.To(protocol)})
	}
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{"k8s-app": name}},
		Spec:       corev1.ServiceSpec{ClusterIP: dnsIP, Ports: ports},
	}
	endpoints := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{
			discoveryv1.LabelServiceName: name, discoveryv1.LabelManagedBy: "kube-node",
		}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{nodeIP}, Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true)}}},
		Ports:       endpointPorts,
	}
	waitFor("kube-dns service", time.Minute, func() error {
		_, err := client.CoreV1().Services(namespace).Create(context.Background(), service, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
		_, err = client.DiscoveryV1().EndpointSlices(namespace).Create(context.Background(), endpoints, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil
		}
		return err
	})
}

func (r *resolver) serveUDP(socket net.PacketConn) {
	for {
		query := make([]byte, 4096)
		length, from, err := socket.ReadFrom(query)
		if err != nil {
			continue
		}
		go func() {
			if answer := r.answer(query[:length]); answer != nil {
				_, _ = socket.WriteTo(answer, from)
			}
		}()
	}
}

func (r *resolver) serveTCP(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			continue
		}
		go func() {
			defer connection.Close()
			_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
			r.exchange(connection)
		}()
	}
}

// exchange answers one question of a TCP connection: two bytes of length, then the message (RFC 1035, 4.2.2).
func (r *resolver) exchange(connection io.ReadWriter) {
	var length uint16
	if binary.Read(connection, binary.BigEndian, &length) != nil {
		return
	}
	query := make([]byte, length)
	if _, err := io.ReadFull(connection, query); err != nil {
		return
	}
	if answer := r.answer(query); answer != nil {
		_, _ = connection.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

// answer returns nil where there is nothing to say, e.g. to a malformed message.
func (r *resolver) answer(query []byte) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(query)
	if err != nil {
		return nil
	}
	question, err := parser.Question()
	if err != nil {
		return nil
	}
	name := strings.ToLower(question.Name.String())
	if !strings.HasSuffix(name, ".cluster.local.") {
		return r.forward(query)
	}
	addresses, found := r.records.find(name)
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, Response: true, Authoritative: true,
			RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
		},
		Questions: []dnsmessage.Question{question},
	}
	if !found {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, address := range addresses {
		if ip := net.ParseIP(address).To4(); ip != nil && question.Type == dnsmessage.TypeA {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte(ip)},
			})
		}
	}
	packed, _ := reply.Pack()
	return packed
}

func (r *resolver) forward(query []byte) []byte {
	if r.upstream == "" {
		return nil
	}
	connection, err := net.DialTimeout("udp", r.upstream, 2*time.Second)
	if err != nil {
		return nil
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(3 * time.Second))
	if _, err := connection.Write(query); err != nil {
		return nil
	}
	answer := make([]byte, 4096)
	length, err := connection.Read(answer)
	if err != nil {
		return nil
	}
	return answer[:length]
}

func firstNameserver() string {
	text, _ := os.ReadFile("/etc/resolv.conf")
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "nameserver" {
			return net.JoinHostPort(fields[1], "53")
		}
	}
	return ""
}
