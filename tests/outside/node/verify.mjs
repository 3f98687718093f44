// Reads one request as JSON from standard input, answers one JSON line: what jose, @sd-jwt/core and didwebvh-ts say.
import { readFileSync } from 'node:fs'
import { compactVerify, importJWK } from 'jose'

const ask = JSON.parse(readFileSync(0, 'utf8'))
const answer = {}

async function token() {
  const key = await importJWK(ask.jwk, ask.alg)
  const { payload, protectedHeader } = await compactVerify(ask.token, key, { algorithms: [ask.alg] })
  return { header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(payload)) }
}

async function parts() {
  const { SDJwtInstance } = await import('@sd-jwt/core')
  const { digest, generateSalt } = await import('@sd-jwt/crypto-nodejs')
  const key = await importJWK(ask.jwk, ask.alg)
  const verifier = async (data, signature) => {
    try {
      await compactVerify(`${data}.${signature}`, key)
      return true
    } catch {
      return false
    }
  }
  const instance = new SDJwtInstance({ verifier, hasher: digest, hashAlg: 'sha-256', saltGenerator: generateSalt })
  const { payload } = await instance.verify(ask.token)
  return { payload }
}

async function history() {
  const { resolveDIDFromLog } = await import('didwebvh-ts')
  const { verify } = await import('node:crypto')
  const { createPublicKey } = await import('node:crypto')
  const ed25519 = Buffer.from('302a300506032b6570032100', 'hex')
  const verifier = {
    verify: async (signature, message, publicKey) =>
      verify(null, message, createPublicKey({ key: Buffer.concat([ed25519, publicKey]), format: 'der', type: 'spki' }), signature),
  }
  const log = ask.log.trim().split('\n').map((line) => JSON.parse(line))
  const { doc, meta } = await resolveDIDFromLog(log, { verifier })
  return { id: doc.id, version: meta.versionId }
}

try {
  Object.assign(answer, await { token, parts, history }[ask.what]())
} catch (error) {
  answer.error = String(error.message ?? error)
}
console.log(JSON.stringify(answer))
