package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"time"
)

// authority is a certificate authority, kept as <dir>/<name>.{crt,key}.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

func newAuthority(dir, name, commonName string) *authority {
	template := certificateTemplate(pkix.Name{CommonName: commonName})
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	key := newKey()
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(err)
	certificate, err := x509.ParseCertificate(der)
	must(err)
	a := &authority{certificate, key, pemBlock("CERTIFICATE", der)}
	writeFile(filepath.Join(dir, name+".crt"), a.pem, 0o644)
	writeFile(filepath.Join(dir, name+".key"), keyPEM(key), 0o600)
	return a
}

// issue signs a certificate for clients and, if it has names or addresses, for servers.
func (a *authority) issue(commonName string, organizations []string, names []string) (certificate, privateKey []byte) {
	template := certificateTemplate(pkix.Name{CommonName: commonName, Organization: organizations})
	template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(names) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	key := newKey()
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	must(err)
	return pemBlock("CERTIFICATE", der), keyPEM(key)
}

// issueTo stores what issue gives as <dir>/<name>.{crt,key}.
func (a *authority) issueTo(dir, name, commonName string, organizations, names []string) {
	certificate, key := a.issue(commonName, organizations, names)
	writeFile(filepath.Join(dir, name+".crt"), certificate, 0o644)
	writeFile(filepath.Join(dir, name+".key"), key, 0o600)
}

// hash is what a k3s token pins the authority by.
func (a *authority) hash() string {
	sum := sha256.Sum256(a.certificate.Raw)
	return hex.EncodeToString(sum[:])
}

func certificateTemplate(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	must(err)
	return &x509.Certificate{
		SerialNumber: serial, Subject: subject,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
}

func keyPEM(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalECPrivateKey(key)
	must(err)
	return pemBlock("EC PRIVATE KEY", der)
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
